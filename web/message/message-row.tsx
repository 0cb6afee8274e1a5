import { type CSSProperties, memo } from "react";
import type { Message } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { useRoomActions } from "../room/actions.ts";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";
import { hueOf } from "../text/names.ts";
import { fullTimeOf, timeOf } from "../text/when.ts";
import { FailedNote } from "./failed-note.tsx";
import { MessageText } from "./message-text.tsx";
import { MessageTools } from "./message-tools.tsx";
import { Quote } from "./quote.tsx";
import { Reactions } from "./reactions.tsx";
import { Ticks } from "./ticks.tsx";

interface Props {
  message: Message;
  original: Message | undefined;
  head: boolean;
  tail: boolean;
  /** In groups it is said who speaks. */
  named: boolean;
  /** Just jumped to. */
  marked: boolean;
  /** 0 for the one message that takes part in the Tab order, and for what is in it. */
  tabIndex: 0 | -1;
}

export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, original, head, tail, named, marked, tabIndex } = props;
  const { me, people } = useSession();
  const actions = useRoomActions();
  usePerson(message.by);
  const own = message.by === me.id;
  const author = own ? "You" : people.name(message.by);
  const showsAuthor = named && head && !own;

  const kinds = ["message", own ? "own" : "other"];
  if (head) kinds.push("head");
  if (tail) kinds.push("tail");
  if (marked) kinds.push("marked");
  return (
    <article className={kinds.join(" ")} tabIndex={tabIndex} data-seq={message.seq ?? undefined}>
      {named && !own && (
        <span className="message-side">{head && <Avatar id={message.by} name={author} size="small" />}</span>
      )}
      <div className="message-body">
        <div className="bubble">
          {showsAuthor ? (
            <strong className="message-author" style={{ "--hue": hueOf(message.by) } as CSSProperties}>
              {author}
            </strong>
          ) : (
            <span className="said">{author}: </span>
          )}
          {message.re !== null && !message.deleted && (
            <Quote seq={message.re} original={original} tabIndex={tabIndex} />
          )}
          {message.deleted ? (
            <em className="tombstone">
              <Icon name="trash" size={16} />
              Message deleted
            </em>
          ) : (
            <MessageText message={message} />
          )}
          <span className="message-meta">
            {message.editedAt !== null && !message.deleted && (
              <button
                type="button"
                className="edited"
                tabIndex={tabIndex}
                title={`Edited ${fullTimeOf(message.editedAt)}`}
                onClick={() => actions.versions(message)}
              >
                edited
              </button>
            )}
            <time dateTime={new Date(message.at).toISOString()} title={fullTimeOf(message.at)}>
              {timeOf(message.at)}
            </time>
            {own && !message.deleted && <Ticks status={message.status} />}
          </span>
        </div>
        {message.status === "failed" && <FailedNote message={message} />}
        <Reactions message={message} tabIndex={tabIndex} />
        {!message.deleted && message.status !== "failed" && <MessageTools message={message} own={own} />}
      </div>
    </article>
  );
});
