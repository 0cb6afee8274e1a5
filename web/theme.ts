/** Runs before the first paint: the chosen theme, if there is one. Without a choice the system decides. */
try {
  const chosen = localStorage.getItem("starling:theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // No storage (a private window, a strict browser): the system decides.
}
