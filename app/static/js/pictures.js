// Pictures of many shop fronts: sent one after the other, with how far it is; without this file a few at once.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-pictures]");
  if (!form) return;
  event.preventDefault();
  if (form.elements.fronts.files.length) sendAll(form);
});

async function sendAll(form) {
  const files = [...form.elements.fronts.files];
  const progress = form.querySelector("[data-progress]");
  const [bar, words] = progress.children;
  const wrong = [];
  let page = null;
  form.querySelector("button").disabled = true;
  progress.hidden = false;
  for (const [sent, file] of files.entries()) {
    bar.value = sent / files.length;
    words.textContent = `${sent + 1} / ${files.length}`;
    try {
      page = await send(form, file);
      wrong.push(...page.querySelectorAll("[data-wrong] li"));
    } catch {
      wrong.push(line(`${file.name}：${form.dataset.wordsBroken}`));
    }
  }
  finish(form, page, wrong);
}

async function send(form, file) {
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  body.append("fronts", file);
  const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function line(words) {
  const made = document.createElement("li");
  made.textContent = words;
  return made;
}

function finish(form, page, wrong) {
  const old = document.querySelector("#pictures");
  const fresh = page ? document.importNode(page.querySelector("#pictures"), true) : old;
  const told = fresh.querySelector("[data-wrong]");
  told.replaceChildren();
  if (wrong.length) {
    const note = document.createElement("div");
    const list = document.createElement("ul");
    note.className = "note bad";
    list.append(...wrong);
    note.append(form.dataset.wordsWrong, list);
    told.append(note);
  }
  if (fresh === old) {
    form.querySelector("button").disabled = false;
    form.querySelector("[data-progress]").hidden = true;
  } else {
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
}
