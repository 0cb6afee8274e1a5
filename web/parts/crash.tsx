import { Component, type ReactNode } from "react";

/** A fault of ours must not leave a blank page. React asks for a class here. */
export class Crash extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    if (!this.state.crashed) return this.props.children;
    return (
      <main className="empty" role="alert">
        <h1>Something broke on this page</h1>
        <p>Nothing that was sent is lost. Load the page again, please.</p>
        <button type="button" className="button button-main" onClick={() => location.reload()}>
          Load again
        </button>
      </main>
    );
  }
}
