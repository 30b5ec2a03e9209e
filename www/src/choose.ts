/**
 * Asks for a file, and hands over the one that is chosen. The input stands nowhere in the page, whose first two are those of
 * the canvases.
 */
export function chooseFile(accept: string, take: (file: File) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = accept;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) take(file);
  });
  input.click();
}
