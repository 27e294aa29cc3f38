/** HTML in template literals: what is put in is text, and escaped, unless it is HTML itself. */
import { xmlText } from "../../../runtime/xml-text.ts";

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A part of a page that has a title and can be linked to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

type Part = string | number | Html | readonly Html[] | null;

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, index) => text + (index < parts.length ? textOf(parts[index]!) : "")).join(""));

const textOf = (part: Part): string => {
  if (part === null) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(({ text }) => text).join("\n") : xmlText(String(part));
};

/** A table whose columns may hold figures, which stand at the right. */
export const table = (
  columns: readonly (string | { readonly figures: string })[],
  rows: readonly (readonly (string | number | Html)[])[],
): Html => {
  const isFigures = columns.map((column) => typeof column === "object");
  const head = columns.map((column) =>
    typeof column === "object" ? html`<th class="figures">${column.figures}</th>` : html`<th>${column}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, at) =>
      isFigures[at] ? html`<td class="figures">${cell}</td>` : html`<td>${cell}</td>`,
    );
    return html`<tr>${cells}</tr>`;
  });
  return html`<table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table>`;
};
