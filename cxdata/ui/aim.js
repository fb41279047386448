(() => {
  const signs = document.querySelectorAll("[data-cx-aim]");
  const wanted = signs[signs.length - 1].dataset.cxAim;
  const until = performance.now() + 5000;
  let lies, marked;
  const stop = new AbortController();
  for (const what of ["wheel", "touchstart", "keydown", "mousedown"]) {
    addEventListener(what, () => stop.abort(), { signal: stop.signal, passive: true });
  }
  const aim = () => {
    if (stop.signal.aborted) return;
    const card = document.querySelector(`.st-key-${wanted}`);
    const now = card && Math.round(card.getBoundingClientRect().top);
    if (card && now !== lies) {
      card.scrollIntoView({ block: "center" });
      lies = Math.round(card.getBoundingClientRect().top);
      marked ??= card.animate(
        [{ boxShadow: "0 0 0 3px #3157d5" }, { boxShadow: "0 0 0 3px #3157d5", offset: 0.6 }, { boxShadow: "0 0 0 3px transparent" }],
        { duration: 3500 },
      );
    }
    if (performance.now() < until) setTimeout(aim, 120);
    else stop.abort();
  };
  aim();
})();
