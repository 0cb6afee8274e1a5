import { createRoot } from "react-dom/client";
import { createClient } from "../sdk/index.ts";
import { indexedDbStorage } from "../sdk/indexed-db.ts";
import { App } from "./app.tsx";
import { fitViewport } from "./fit-viewport.ts";
import { Crash } from "./parts/crash.tsx";

const client = createClient({ url: location.origin, storage: indexedDbStorage() });
fitViewport();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Crash>
      <App client={client} />
    </Crash>,
  );
}
