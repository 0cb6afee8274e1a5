import { useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { chooseTheme, chosenTheme, type Theme } from "./theme.ts";

const themes = [
  { theme: "system", icon: "screen", label: "System" },
  { theme: "light", icon: "sun", label: "Light" },
  { theme: "dark", icon: "moon", label: "Dark" },
] as const;

export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <fieldset className="segments" aria-label="Colours">
      {themes.map((choice) => (
        <button
          key={choice.theme}
          type="button"
          aria-pressed={theme === choice.theme}
          onClick={() => {
            chooseTheme(choice.theme);
            setTheme(choice.theme);
          }}
        >
          <Icon name={choice.icon} />
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
