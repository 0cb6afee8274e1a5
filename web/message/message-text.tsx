import { useMemo } from "react";
import type { Message } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";
import { type Piece, piecesOf } from "../text/rich.ts";

export function MessageText({ message }: { message: Message }) {
  const { people } = useSession();
  // Fetches the profiles: a mention is drawn as one once its name is known.
  const shown = useNames(message.mentions).join();
  const pieces = useMemo(() => {
    const names = message.mentions.map((id) => people.get(id)?.name.toLowerCase() ?? "");
    return shown || names.length === 0 ? piecesOf(message.text, new Set(names)) : [];
  }, [message.text, message.mentions, people, shown]);
  return (
    <span className="message-text" dir="auto">
      {pieces.map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no identity but its place
        <PieceView key={index} piece={piece} />
      ))}
    </span>
  );
}

function PieceView({ piece }: { piece: Piece }) {
  switch (piece.type) {
    case "text":
      return piece.text;
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer">
          {piece.text}
        </a>
      );
    case "mention":
      return <mark className="mention">{piece.text}</mark>;
  }
}
