// The list to key in elsewhere: a field is copied by one press, the list printed by another. Without this it is selected.

for (const button of document.querySelectorAll("[data-copy]")) {
  const said = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("[data-copied]").textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = said), 1500);
  });
}

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
