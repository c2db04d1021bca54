// Saves each tick at once, without loading the page anew. Without this file every tick is a form that is sent.
(() => {
  const form = document.getElementById("ticks");
  const total = document.getElementById("present");
  if (!form || !total) return;

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.name) return;
    event.preventDefault();
    const data = new FormData(form);
    data.set(button.name, button.value);
    button.setAttribute("aria-busy", "true");
    const response = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } }).catch(() => null);
    button.removeAttribute("aria-busy");
    if (!response?.ok || response.redirected) {
      total.textContent = form.dataset.failed;
      return;
    }
    const isPresent = button.name === "present";
    button.name = isPresent ? "absent" : "present";
    button.setAttribute("aria-pressed", String(isPresent));
    total.textContent = (await response.json()).present;
  });
})();
