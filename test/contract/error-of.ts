/** What a promise is rejected with. (`expect().rejects` blocks Bun's event loop, and with it a worker's reply.) */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
