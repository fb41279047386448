// What a meeting needs of the browser: keys that go on and back, clocks that run, and texts that are kept while they are typed.
(() => {
  if (window.cxMeeting) return;
  window.cxMeeting = true;
  const PAUSE = 600; // milliseconds between two times that a field is kept while it is typed in
  const seen = new Map(); // item -> milliseconds that it was on the screen before
  const kept = new WeakMap(), waiting = new WeakMap(); // field -> when it was kept last, what will keep it
  let item = "", since = Date.now();

  const walk = () => document.querySelector(".cx-meeting");
  const button = (name) => document.querySelector(`.st-key-cx-meeting-${name} button`);
  const typesIn = (element) =>
    element && (element.matches("input, textarea, select, [contenteditable=true]") || element.closest("[role=radiogroup], [role=listbox], [role=dialog], [role=spinbutton]"));

  function press(name) {
    const found = button(name);
    if (!found || found.disabled) return;
    document.activeElement?.blur(); // what was typed is kept first
    setTimeout(() => found.click(), 60);
  }

  document.addEventListener("keydown", (event) => {
    if (!walk() || event.ctrlKey || event.metaKey || event.altKey) return;
    const pages = { PageDown: "next", PageUp: "back" };
    const arrows = { ArrowRight: "next", ArrowDown: "next", ArrowLeft: "back", ArrowUp: "back" };
    const typing = typesIn(document.activeElement);
    const name = pages[event.key] || (typing ? "" : arrows[event.key]);
    if (name) {
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) press(name);
    } else if (event.key === "Escape" && !document.querySelector("[role=listbox], [role=dialog]")) {
      if (typing) document.activeElement.blur();
      else press("leave");
    }
  }, true);

  // Streamlit hears of a field when it is left or a key ends it. Here it hears of the first key at once, which says that the
  // field is being typed in, and of the rest a little later.
  function keep(field) {
    kept.set(field, Date.now());
    const area = field.tagName === "TEXTAREA";
    const keys = { key: "Enter", code: "Enter", ctrlKey: area, bubbles: true, cancelable: true };
    if (field.isConnected) field.dispatchEvent(new KeyboardEvent("keydown", keys));
  }
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!walk() || !field.closest("[data-testid=stTextArea], [data-testid=stTextInput]")) return;
    clearTimeout(waiting.get(field));
    const left = PAUSE - (Date.now() - (kept.get(field) || 0));
    waiting.set(field, setTimeout(() => keep(field), Math.max(left, 0)));
  }, true);

  const two = (number) => String(number).padStart(2, "0");
  const clock = (milliseconds) => {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    const hours = Math.floor(seconds / 3600);
    return `${hours ? `${hours}:` : ""}${hours ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  };
  setInterval(() => {
    const found = walk();
    if (!found) { item = ""; return; }
    const now = Date.now();
    if (found.dataset.item !== item) {
      if (item) seen.set(item, (seen.get(item) || 0) + now - since);
      item = found.dataset.item;
      since = now;
    }
    const own = document.querySelector(".cx-clock-item"), whole = document.querySelector(".cx-clock-whole");
    const say = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
    say(own, clock((seen.get(item) || 0) + now - since));
    say(whole, clock(now - Date.parse(found.dataset.start)));
  }, 250);
})();
