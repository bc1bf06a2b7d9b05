import { Component, type ReactNode } from 'react';

interface LoadBoundaryProps {
  /** Shown in place of what could not be loaded. */
  readonly fallback: ReactNode;
  readonly children: ReactNode;
}

/** Catches a part of the app that does not load: a lost connection, or a new release behind an open page. */
export class LoadBoundary extends Component<LoadBoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
