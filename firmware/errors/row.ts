// The form of an error code's row: what each door answers with, and what a person can do.

/** One error code as every door says it. */
export interface ErrorRow {
  /** HTTP status of the API's problem details (RFC 9457). */
  readonly http: number;
  /** IPP status-code keyword (RFC 8011 appendix B). */
  readonly ipp: string;
  /** A short title that does not change from one occurrence to the next. */
  readonly title: string;
  /** The next step for whoever reads it. */
  readonly next: string;
}
