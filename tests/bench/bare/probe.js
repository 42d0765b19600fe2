// Put into both pages before their own script: when an answer is possible, when a change is on the screen.
globalThis.bench = { tapped: 0, waiting: null };

bench.afterPaint = (act) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = act;
  channel.port2.postMessage(null);
});

/** The moment after the first frame in which something is on the page. */
bench.shown = (selector) => new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector(selector)) return;
    observer.disconnect();
    bench.afterPaint(() => resolve(performance.now()));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true });
  look();
});

bench.bring = (target) => document.querySelector(target).scrollIntoView({ block: "center", behavior: "instant" });

/** Begin to wait for the change; where to tap. */
bench.aim = (target, changed) => {
  bench.waiting = bench.shown(changed);
  const place = document.querySelector(target).getBoundingClientRect();
  return [place.x + place.width / 2, place.y + place.height / 2];
};

addEventListener("pointerup", (event) => { bench.tapped = event.timeStamp; }, { capture: true });
