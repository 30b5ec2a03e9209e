// A browser may forbid storage, as in a frame without an origin of its own: then nothing is remembered.

function guarded<T>(use: () => T): T | null {
  try {
    return use();
  } catch {
    return null;
  }
}

/** What was remembered in this browser. */
export function recall(key: string): string | null {
  return guarded(() => localStorage.getItem(key));
}

export function remember(key: string, value: string): void {
  guarded(() => {
    localStorage.setItem(key, value);
  });
}

/** What was remembered in this tab. A tab that is duplicated begins with what the other remembered. */
export function recallInTab(key: string): string | null {
  return guarded(() => sessionStorage.getItem(key));
}

export function rememberInTab(key: string, value: string): void {
  guarded(() => {
    sessionStorage.setItem(key, value);
  });
}

export function forgetInTab(key: string): void {
  guarded(() => {
    sessionStorage.removeItem(key);
  });
}
