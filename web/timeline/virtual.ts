import type { ReactVirtualizer } from "@tanstack/react-virtual";

export type Virtual = ReactVirtualizer<HTMLDivElement, Element>;
