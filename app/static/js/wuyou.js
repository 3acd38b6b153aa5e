// Small improvements; every page works without this file.

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// The queue by keyboard: j and k move, Enter opens, / searches, ? shows all keys. Nothing decides by a key.
const table = document.querySelector("table[data-keys]");
const help = document.querySelector("dialog[data-help]");
let at = -1;

function go(step) {
  const rows = [...table.querySelectorAll("tbody tr")];
  if (!rows.length) return;
  if (rows[at]) rows[at].classList.remove("at");
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at].classList.add("at");
  rows[at].querySelector("a").focus();
}

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (localStorage.getItem("keys") === "off") return;
  const search = document.querySelector("input[type=search]");
  const sheet = document.querySelector(`details[data-key="${CSS.escape(event.key)}"]`);
  if (table && event.key === "j") go(1);
  else if (table && event.key === "k") go(-1);
  else if (event.key === "/" && search) search.focus();
  else if (event.key === "?" && help) help.showModal();
  else if (sheet) {
    sheet.open = true;
    sheet.querySelector("input, select, textarea, button").focus();
  } else return;
  event.preventDefault();
});

const off = document.querySelector("[data-keys-off]");
if (off) {
  off.checked = localStorage.getItem("keys") === "off";
  off.addEventListener("change", () => localStorage.setItem("keys", off.checked ? "off" : "on"));
}

// An error summary is the first thing a screen reader hears.
document.querySelector("[data-summary]")?.focus();

// Applications chosen in the queue: how many, and all of them at once.
const picks = [...document.querySelectorAll("input[name=case][type=checkbox]")];
const all = document.querySelector("[data-pick-all]");
const picked = document.querySelector("[data-picked]");

function count() {
  const chosen = picks.filter((pick) => pick.checked).length;
  picked.textContent = chosen ? `${picked.dataset.word} ${chosen}` : "";
  all.checked = chosen > 0 && chosen === picks.length;
}

if (picks.length && all && picked) {
  all.hidden = false;
  all.addEventListener("change", () => {
    picks.forEach((pick) => (pick.checked = all.checked));
    count();
  });
  picks.forEach((pick) => pick.addEventListener("change", count));
}

// What only some kinds of store are asked for stands on the page for those alone.
const kind = document.querySelector("select#kind");
const asked = [...document.querySelectorAll("[data-kinds]")];
if (kind && asked.length) {
  const fit = () => asked.forEach((part) => (part.hidden = !part.dataset.kinds.split(" ").includes(kind.value)));
  kind.addEventListener("change", fit);
  fit();
}

// A store's place from where its merchant stands; typing it always works.
const locate = document.querySelector("[data-locate]");
if (locate && navigator.geolocation) {
  const told = locate.querySelector("[role=status]");
  locate.hidden = false;
  locate.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("lon").value = coords.longitude.toFixed(6);
        document.getElementById("lat").value = coords.latitude.toFixed(6);
        told.textContent = locate.dataset.locate.replace("{metres}", Math.round(coords.accuracy));
      },
      () => (told.textContent = locate.dataset.failed),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

// An officer who takes something down files it from the keyboard.
const take = document.querySelector("form[data-keys-submit]");
take?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  take.requestSubmit(take.querySelector("[data-file]"));
});
