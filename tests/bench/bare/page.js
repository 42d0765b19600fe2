// All that a page needs to show and hide the conditional questions and to count: no saving, no checking.
const answers = {};
const form = document.querySelector("form");
const told = document.querySelector("output");
const conditional = [...form.querySelectorAll("[data-after]")];
const all = [...form.querySelectorAll("fieldset")];

function asked(question) {
  return answers[question.dataset.after] === "yes";
}

function draw() {
  for (const question of conditional) question.hidden = !asked(question);
  const visible = all.filter((question) => !question.hidden);
  const done = visible.filter((question) => answers[question.id] !== undefined);
  told.textContent = `${done.length} of ${visible.length}`;
}

form.addEventListener("change", (event) => {
  const field = event.target;
  if (field.value === "") delete answers[field.name];
  else answers[field.name] = field.value;
  draw();
});
form.addEventListener("submit", (event) => event.preventDefault());

draw();
document.documentElement.dataset.ready = "yes";
