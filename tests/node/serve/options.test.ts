/** The command line of `serve`. */
import { describe, expect, it } from 'vitest';
import { OptionFault, readOptions } from '../../../src/node/serve/options.ts';

describe('the command line of serve', () => {
  it('has a default for everything', () => {
    const { port, host, kubeconfig, pace, preset, dataDir, scenario } = readOptions([]);
    expect({ port, host, pace, preset, dataDir, scenario }).toEqual({
      port: 6443,
      host: '127.0.0.1',
      pace: { kind: 'speed', factor: 1 },
      preset: 'aks',
      dataDir: undefined,
      scenario: undefined,
    });
    expect(kubeconfig).toMatch(/^\/.*\/pilothouse\.kubeconfig$/);
  });

  it('takes values after a space and after an equals sign, which may be part of one', () => {
    expect(readOptions(['--data-dir=/a=b', '--port', '0', '--max'])).toMatchObject({
      dataDir: '/a=b',
      port: 0,
      pace: { kind: 'max' },
    });
    expect(readOptions(['--speed', '0.5', '--host', '[::1]'])).toMatchObject({
      pace: { kind: 'speed', factor: 0.5 },
      host: '::1',
    });
  });

  it.each([
    [['--port', 'x'], '--port takes a number from 0 to 65535'],
    [['--port='], '--port takes a value'],
    [['--port', '0x10'], '--port takes a number from 0 to 65535'],
    [['--port', '-1'], '--port takes a number from 0 to 65535'],
    [['--port', '70000'], '--port takes a number from 0 to 65535'],
    [['--speed', '0'], '--speed takes a number above 0'],
    [['--speed', 'NaN'], '--speed takes a number above 0'],
    [['--max', '--speed', '2'], '--speed and --max exclude each other'],
    [['--max=1'], 'unknown option --max=1'],
    [['--preset', 'gke'], '--preset takes aks or plain'],
    [['--kubeconfig', '--max'], '--kubeconfig takes a value'],
    [['--host', ''], '--host takes a value'],
    [['--data-dir'], '--data-dir takes a value'],
    [['--port', '0', '--port', '1'], '--port is given twice'],
    [['6443'], 'unknown option 6443'],
  ])('says of %j what is wrong', (words, message) => {
    expect(() => readOptions(words)).toThrow(OptionFault);
    expect(() => readOptions(words)).toThrow(message);
  });
});
