/** A node of ours that counts how often it turns a message of the bench into JSON, whoever asks for it and why; SIGUSR2 makes it say so. */
import { readConfig } from "../../../src/config.ts";
import { serve } from "../../../src/main.ts";
import { encodedText } from "../texts.ts";

let count = 0;

JSON.stringify = new Proxy(JSON.stringify, {
  apply(stringify, self, given) {
    const text = Reflect.apply(stringify, self, given) as string | undefined;
    if (text !== undefined && encodedText.test(text)) count++;
    return text;
  },
});

process.on("SIGUSR2", () => console.error(`encodes ${count}`));
await serve(readConfig(process.env));
