// Port: the record of access tokens that were used (V-02). What an adapter must promise stands here; the contract suite in
// `store/` holds each adapter to it.

export interface SeenTokens {
  /**
   * Records the id of a token. Atomic: of two requests with one id, one is `new`. A record is kept until `untilMs`, from
   * when on the token is too old to be taken anyway.
   * @returns `full` where nothing more can be remembered: the token must not be taken then
   */
  see(id: string, untilMs: number, nowMs: number): Promise<SeenState> | SeenState;
}

export type SeenState = 'new' | 'seen' | 'full';
