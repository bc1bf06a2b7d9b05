/** The line being typed, before it is a command of the run. */
import { describe, expect, it } from 'vitest';
import { completed, inColumns } from '../../src/ui/features/terminal/completing.ts';
import { LineEditor } from '../../src/ui/features/terminal/line-editor.ts';
import { columnAfter, placeAfter, widthOf } from '../../src/ui/features/terminal/line-layout.ts';

const [up, down, left, end, home] = ['\x1b[A', '\x1b[B', '\x1b[D', '\x1b[F', '\x1b[H'];

describe('the line editor', () => {
  it('inserts and deletes whole characters, Hangul and emoji alike', () => {
    const editor = new LineEditor([]);
    editor.feed('echo 한글👩‍🚀');
    editor.feed('\x7f');
    expect(editor.text).toBe('echo 한글');
    editor.feed(`${left}국`);
    expect(editor.text).toBe('echo 한국글');
    editor.feed(`${home}# ${end}!`);
    expect(editor.text).toBe('# echo 한국글!');
    editor.feed('\x17');
    expect(editor.text).toBe('# echo ');
  });

  it('goes through its history and comes back to what was being written', () => {
    const editor = new LineEditor(['one', 'two']);
    editor.feed('thr');
    editor.feed(up);
    expect(editor.text).toBe('two');
    editor.feed(up + up);
    expect(editor.text).toBe('one');
    editor.feed(down + down);
    expect(editor.text).toBe('thr');
  });

  it('finds an earlier line by a part of it, and an earlier one still', () => {
    const editor = new LineEditor(['kubectl get nodes', 'kubectl get pods', 'ls']);
    editor.feed('\x12get');
    expect(editor.text).toBe('kubectl get pods');
    editor.feed('\x12');
    expect(editor.text).toBe('kubectl get nodes');
    expect(editor.feed('\r').effect).toEqual({ kind: 'submit', line: 'kubectl get nodes' });
  });

  it('hands out pasted lines one by one', () => {
    const editor = new LineEditor([]);
    const first = editor.feed('\x1b[200~one\rtwo\r\x1b[201~');
    expect(first.effect).toEqual({ kind: 'submit', line: 'one' });
    const second = editor.feed(first.rest);
    expect(second.effect).toEqual({ kind: 'submit', line: 'two' });
    expect(editor.feed(second.rest)).toEqual({ rest: '' });
  });

  it('ends its input only on an empty line', () => {
    const editor = new LineEditor([]);
    expect(editor.feed('\x04').effect).toEqual({ kind: 'end' });
    editor.feed(`ab${left}`);
    expect(editor.feed('\x04').effect).toBeUndefined();
    expect(editor.text).toBe('a');
  });
});

describe('the layout of a line', () => {
  it('gives wide characters two columns, and does not part them at the edge', () => {
    expect([...'aé한。🚀'].map(widthOf)).toEqual([1, 1, 2, 2, 2]);
    expect(placeAfter('abc한', 4)).toEqual({ row: 1, column: 2 });
    expect(placeAfter('abcd', 4)).toEqual({ row: 1, column: 0 });
    expect(columnAfter('one\n\x1b[32m한\x1b[0m', 80)).toBe(2);
  });
});

describe('completion', () => {
  it('takes the only word, then the common beginning, then shows the choices', () => {
    expect(completed('no', ['nodes'])).toEqual({ text: 'nodes ', choices: [] });
    expect(completed('--out', ['--output='])).toEqual({ text: '--output=', choices: [] });
    expect(completed('p', ['pods', 'podtemplates'])).toEqual({ text: 'pod', choices: [] });
    expect(completed('pod', ['pods', 'podtemplates'])).toEqual({ text: 'pod', choices: ['pods', 'podtemplates'] });
    expect(completed('x', [])).toEqual({ text: 'x', choices: [] });
    expect(inColumns(['a', 'b', 'c'], 6)).toBe('a  c\nb\n');
  });
});
