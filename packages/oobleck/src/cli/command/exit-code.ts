// Exit codes of every command: 0 fine, 1 not verified, 2 wrong usage, 69 unavailable (sysexits' EX_UNAVAILABLE).

export const EXIT = { fine: 0, notVerified: 1, usage: 2, unavailable: 69 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
