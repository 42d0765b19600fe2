// A form is sent once, however often its button is pressed. The server keeps count by itself; this spares people its answer.

const AGAIN_AFTER = 10_000;

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset["sent"] = "";
  setTimeout(() => delete form.dataset["sent"], AGAIN_AFTER);
});

addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset["sent"];
});
