/** A link or image of a Markdown file that leads into this repository, split at `#`. */
export interface RelativeLink {
  /** `''` for a link within the file. */
  readonly path: string;
  /** `''` where the link names no heading. */
  readonly anchor: string;
}

/** Lists the inline and reference links that lead to files or headings here, code left out. */
export function listRelativeLinks(markdown: string): RelativeLink[] {
  const prose = withoutCode(markdown).replaceAll(/`[^`\n]*`/g, '');
  const inline = prose.matchAll(/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g);
  const references = prose.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s.*)?$/gm);
  return [...inline, ...references]
    .map(([, target = '']) => target)
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path: decodeURIComponent(path), anchor };
    });
}

/** Lists the anchors of a file's headings as GitHub makes them, repeated headings numbered. */
export function listAnchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  return listHeadings(markdown).map(({ title }) => {
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const earlier = seen.get(slug) ?? 0;
    seen.set(slug, earlier + 1);
    return earlier === 0 ? slug : `${slug}-${earlier}`;
  });
}

export interface MarkdownSection {
  readonly title: string;
  /** What follows the heading, up to the next heading of any level; code left out. */
  readonly body: string;
}

/** Splits a file at its headings. What comes before the first heading is dropped. */
export function listHeadings(markdown: string): MarkdownSection[] {
  const [, ...sections] = withoutCode(markdown).split(/^#{1,6}\s+(?=\S)/m);
  return sections.map((section) => {
    const [title = '', ...lines] = section.split('\n');
    return { title: title.trim(), body: lines.join('\n') };
  });
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^(```|~~~)[^]*?^\1.*$/gm, '');
}
