/** Keeps the page above an on-screen keyboard where the browser only shrinks the visual viewport (iOS). */
export function fitViewport(): void {
  const { visualViewport, document } = window;
  visualViewport?.addEventListener("resize", () => {
    const { style } = document.documentElement;
    const hidden = window.innerHeight - visualViewport.height * visualViewport.scale;
    // A pinch or a retracting address bar isn't a keyboard.
    if (hidden > 120 && visualViewport.scale === 1)
      style.setProperty("--viewport", `${visualViewport.height}px`);
    else style.removeProperty("--viewport");
  });
}
