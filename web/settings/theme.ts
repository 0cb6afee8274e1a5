export type Theme = "system" | "light" | "dark";

/** The same key as in web/theme.ts, which applies it before the first paint. */
const key = "starling:theme";

export function chosenTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // No storage: it holds until the next reload.
  }
}
