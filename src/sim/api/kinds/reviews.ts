/** Kinds that are asked and answered, and never stored: who am I, and what may I do. */
import type { KindDefinition } from '../kind.ts';
import { stored } from './stored-kind.ts';

const review = (apiVersion: string, kind: string, isNamespaced = false): KindDefinition =>
  stored(apiVersion, kind, `${kind.toLowerCase()}s`, isNamespaced ? 'namespaced' : 'cluster', {
    verbs: ['create'],
    support: 'simulated',
    isReview: true,
  });

export const REVIEW_KINDS: readonly KindDefinition[] = [
  review('authentication.k8s.io/v1', 'SelfSubjectReview'),
  review('authentication.k8s.io/v1', 'TokenReview'),
  review('authorization.k8s.io/v1', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io/v1', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io/v1', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io/v1', 'SubjectAccessReview'),
];
