/** What describes a kind. */
import type { Session } from '../session.ts';
import type { DescribeWriter } from './writer.ts';

export type Describer<T> = (session: Session, object: T, writer: DescribeWriter) => void;
