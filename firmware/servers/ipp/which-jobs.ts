// The values of which-jobs (RFC 8011 4.2.6.1, PWG 5100.11) that Get-Jobs knows.

export const whichJobs = ['completed', 'not-completed', 'all'] as const;
