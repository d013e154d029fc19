// The search of Zensical runs in a Worker, which browsers refuse to pages that are read from files.
// Such a page runs the same script in a hidden frame, and nothing is loaded from another site.
// Zensical takes a polyfill called "iframe-worker" in the place of the one that it would download.
class FrameWorker extends EventTarget {
  constructor(url) {
    super();
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    this.loaded = new Promise((resolve, reject) => {
      this.frame.onload = () => this.run(url, resolve, reject);
    });
    document.body.append(this.frame);
  }

  run(url, resolve, reject) {
    const inside = this.frame.contentWindow;
    inside.postMessage = (data) => {
      const event = new MessageEvent("message", structuredClone({ data }));
      this.dispatchEvent(event);
      this.onmessage?.(event);
    };
    const script = inside.document.createElement("script");
    script.src = url;
    script.onload = () => resolve(inside);
    script.onerror = reject;
    inside.document.body.append(script);
  }

  postMessage(data) {
    const copy = structuredClone({ data });
    this.loaded.then((inside) => {
      inside.dispatchEvent(new inside.MessageEvent("message", copy));
    });
  }

  terminate() {
    this.frame.remove();
  }
}

if (location.protocol === "file:") window.Worker = FrameWorker;
