// A rater's sheet. Every answer is kept in the browser at once, each under a name of its own, so
// that neither a reload nor a second window of the same sheet loses any.

const D = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const prefix = "netdissect-rate " + D.study + " " + D.rater + " ";
const answers = new Map();
let place = -1;

/** Whether the browser keeps what it is given. */
function kept(id, answer) {
  try {
    localStorage.setItem(prefix + id, answer);
    return localStorage.getItem(prefix + id) === answer;
  } catch (refused) {
    return false;
  }
}

function recall() {
  try {
    for (const [id] of D.items) {
      const answer = localStorage.getItem(prefix + id);
      if (answer === "yes" || answer === "no") {
        answers.set(id, answer);
      }
    }
  } catch (refused) {
    // Then nothing was kept; the first answer will tell.
  }
}

/** What is saved: the answers, and what belongs to them. */
function saved() {
  const given = {};
  for (const [id] of D.items) {
    if (answers.has(id)) {
      given[id] = answers.get(id);
    }
  }
  return JSON.stringify({ netdissect: "answers", format: 1, study: D.study, rater: D.rater, answers: given, key: D.key }) + "\n";
}

function save() {
  const link = document.createElement("a");
  link.download = "answers-" + D.study + "-rater-" + D.rater + ".json";
  link.href = URL.createObjectURL(new Blob([saved()], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function picture(data, number) {
  const image = document.createElement("img");
  image.src = "data:image/jpeg;base64," + data;
  image.alt = "Picture " + (number + 1);
  return image;
}

function section(shown) {
  for (const id of ["intro", "question", "end"]) {
    at(id).hidden = id !== shown;
  }
  at("answer").hidden = shown !== "question";
  at("count").textContent = answers.size + " of " + D.items.length + " answered";
  at("rail").style.width = (100 * answers.size) / D.items.length + "%";
}

/** Shows a question, or the end after the last. */
function show(wanted) {
  place = Math.max(0, Math.min(D.items.length, wanted));
  if (place === D.items.length) {
    end();
    return;
  }
  const [id, unit, phrase] = D.items[place];
  section("question");
  at("phrase").textContent = phrase;
  at("pictures").replaceChildren(...D.pictures[unit].map(picture));
  for (const word of ["yes", "no"]) {
    at(word).setAttribute("aria-pressed", String(answers.get(id) === word));
  }
  at("back").disabled = place === 0;
  at("next").disabled = !answers.has(id);
  at("live").textContent = "Question " + (place + 1) + " of " + D.items.length + ": " + phrase;
  window.scrollTo(0, 0);
}

function firstOpen() {
  const open = D.items.findIndex(([id]) => !answers.has(id));
  return open < 0 ? D.items.length : open;
}

function end() {
  section("end");
  const open = D.items.length - answers.size;
  at("done").textContent = open === 0 ? "Thank you: all " + D.items.length + " questions are answered." : open + " questions are still open.";
  at("text").value = saved();
}

function answer(word) {
  if (at("question").hidden) {
    return;
  }
  const [id] = D.items[place];
  answers.set(id, word);
  if (!kept(id, word)) {
    at("alarm").hidden = false;
  }
  show(place + 1);
}

recall();
at("who").textContent = "Rater " + D.rater;
at("many").textContent = D.items.length + " questions";
at("yes").onclick = () => answer("yes");
at("no").onclick = () => answer("no");
at("back").onclick = () => show(place - 1);
at("next").onclick = () => show(place + 1);
at("start").onclick = () => show(0);
at("look").onclick = () => show(0);
at("save").onclick = save;
at("save-all").onclick = save;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "y" || key === "n") {
    answer(key === "y" ? "yes" : "no");
  } else if (key === "arrowleft" && place > 0) {
    show(place - 1);
  } else if (key === "arrowright" && !at("answer").hidden && !at("next").disabled) {
    show(place + 1);
  }
});
addEventListener("beforeunload", (event) => {
  if (!at("alarm").hidden) {
    event.preventDefault();
  }
});
if (answers.size === 0) {
  section("intro");
} else {
  show(firstOpen());
}
