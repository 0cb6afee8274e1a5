/** What a member of a `List` carries. A node is in at most one list at a time. */
export interface Link<Node> {
  prev: Node | null;
  next: Node | null;
}

/** A list threaded through its members: push, shift and remove from the middle are O(1) and allocate nothing. */
export class List<Node extends Link<Node>> {
  first: Node | null = null;
  #last: Node | null = null;
  size = 0;

  push(node: Node): void {
    node.prev = this.#last;
    node.next = null;
    if (this.#last === null) this.first = node;
    else this.#last.next = node;
    this.#last = node;
    this.size++;
  }

  shift(): Node | null {
    const node = this.first;
    if (node !== null) this.remove(node);
    return node;
  }

  /** The node must be in this list. */
  remove(node: Node): void {
    if (node.prev === null) this.first = node.next;
    else node.prev.next = node.next;
    if (node.next === null) this.#last = node.prev;
    else node.next.prev = node.prev;
    node.prev = null;
    node.next = null;
    this.size--;
  }
}
