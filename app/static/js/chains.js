// A brand's change for many stores: choose all at once, and go on by itself; without this file each is a press more.

for (const box of document.querySelectorAll("[data-all]")) {
  box.addEventListener("change", () => {
    for (const one of document.querySelectorAll(`input[name="${box.dataset.all}"]`)) one.checked = box.checked;
  });
}

document.querySelector("form[data-go-on]")?.requestSubmit();
