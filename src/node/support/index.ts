import { format, resolveConfig } from 'prettier';
import { markdownOf } from './markdown.ts';
import { supportPage } from './page.ts';

export { supportPage } from './page.ts';
export { KIND_BEHAVIOUR } from './kinds-table.ts';

/** The pages of support with their paths from the root of the project, as `npm run generate` writes them. */
export async function supportFiles(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const page = supportPage();
  return Promise.all(
    (['en', 'ko'] as const).map(async (language) => {
      const path = language === 'en' ? 'public/support.md' : `public/support.${language}.md`;
      const options = await resolveConfig(path);
      return { path, text: await format(markdownOf(page, language), { ...options, parser: 'markdown' }) };
    }),
  );
}
