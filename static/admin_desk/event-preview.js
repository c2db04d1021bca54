// The page that an event will have, beside its form: drawn anew by the server while one types.
// Without this file the button opens the same page in a new tab.
(() => {
  const box = document.querySelector(".event-preview");
  if (!box) return;

  const WAIT = 700; // milliseconds without a key before the server is asked
  const language = box.querySelector("select");
  const form = language.form;
  const { address, label, failed } = box.dataset;
  const frame = document.createElement("iframe");
  const status = box.querySelector("[role=status]");
  let timer, asked = 0, scrolled = 0;

  frame.title = label;
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, scrolled));
  status.before(frame);

  async function draw() {
    const number = (asked += 1);
    const answer = await fetch(address, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (number !== asked) return; // an answer to an older text
    if (!answer?.ok || answer.redirected) {
      status.textContent = failed;
      return;
    }
    const page = await answer.text();
    if (number !== asked) return;
    status.textContent = "";
    scrolled = frame.contentWindow?.scrollY ?? 0;
    frame.srcdoc = page;
  }

  function soon(event) {
    clearTimeout(timer);
    if (box.open) timer = setTimeout(draw, event.type === "input" ? WAIT : 0);
  }

  box.addEventListener("toggle", soon);
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
