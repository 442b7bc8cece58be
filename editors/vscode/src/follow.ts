// Asks for a picture when the cursor or the text has moved: not at each key, never two at once, and never shows an answer
// that is older than one that was shown. Pure but for the clock that is handed in.

/** What can be waited with and called off. */
export interface Clock {
  wait(milliseconds: number, then: () => void): () => void;
}

/** What follows the cursor. */
export class Follower<Place, Answer> {
  private calledOff: (() => void) | undefined;
  private asking = false;
  private next: Place | undefined;

  constructor(
    private readonly ask: (place: Place) => Promise<Answer>,
    private readonly show: (answer: Answer) => void,
    private readonly clock: Clock,
    private readonly delay = 150,
  ) {}

  /** The cursor stands here now, or the text around it has changed. */
  moved(place: Place): void {
    this.next = place;
    this.calledOff?.();
    this.calledOff = this.clock.wait(this.delay, () => void this.go());
  }

  /** Nothing more is asked for. */
  stop(): void {
    this.calledOff?.();
    this.next = undefined;
  }

  private async go(): Promise<void> {
    if (this.asking || this.next === undefined) return;
    const place = this.next;
    this.next = undefined;
    this.asking = true;
    try {
      const answer = await this.ask(place);
      this.show(answer);
    } catch {
      // The server was busy with a newer text, or is gone: the next move asks again.
    } finally {
      this.asking = false;
    }
    // What was asked for meanwhile and has waited long enough.
    await this.go();
  }
}
