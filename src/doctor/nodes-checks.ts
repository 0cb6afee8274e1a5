/** What can be wrong with who runs. */
import { type NodeRole, nodeRoles } from "../cluster/members.ts";
import type { Check } from "./finding.ts";
import type { NodesFacts } from "./nodes.ts";

const means: Record<NodeRole, string> = {
  gateway: "nobody can connect",
  actors: "nothing can be sent",
  readers:
    "nobody is told of new rooms, counts and pages stand still, and after 3 days nothing can be sent any more",
};

/** None at all isn't wrong: that is how it is for a rebuild, or before the first start. */
export const nodesChecks: readonly Check<NodesFacts>[] = nodeRoles.map((role) => (nodes) => {
  const done = [...nodes.values()].some((roles) => roles.includes(role));
  return nodes.size === 0 || done
    ? null
    : {
        wrong: `nodes are running, and none of them has the role ${role}`,
        means: means[role],
        fix: "start one with it in STARLING_ROLES, or without STARLING_ROLES, which is all roles",
      };
});
