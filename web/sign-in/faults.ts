import { limits } from "../../actors/limits.ts";

/** What is wrong with what somebody wants to be called, or to sign in with; null for nothing. The server decides. */

const shape = /^[a-z0-9._-]+$/;

export function loginFault(name: string): string | null {
  const { loginCharsMin: min, loginCharsMax: max } = limits;
  if (!name) return "A name is needed.";
  if (!shape.test(name)) return "Only letters a to z, digits, dots, dashes and underscores.";
  if (name.length < min) return `At least ${min} characters.`;
  return tooLong(name, max);
}

export const displayFault = (display: string): string | null => tooLong(display, limits.nameCharsMax);

export function passwordFault(password: string): string | null {
  const { passwordCharsMin: min, passwordCharsMax: max } = limits;
  if (password.length < min) return `At least ${min} characters, please.`;
  return tooLong(password, max);
}

export function tooLong(text: string, max: number): string | null {
  return text.length > max ? `At most ${max} characters: this has ${text.length}.` : null;
}
