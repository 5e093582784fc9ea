// Rules taken out of the production boxes, each with a seed that shows why it is there: some of
// those of the machine's level, and some that only show where spooler, store and people are real.
import { rules } from '../../../firmware/cluster/rules/table.ts';
import { sameTerm } from '../../../firmware/cluster/term.ts';
import { send } from '../../../firmware/cluster/turn.ts';
import { type BrokenRule, brokenRules } from '../model/broken.ts';

/** The machine's own row, with the seed that shows it here. */
function alsoHere(without: string, seed: number): BrokenRule {
  const row = brokenRules.find((each) => each.without === without);
  if (row === undefined) throw new Error(`no rule is taken out so: ${without}`);
  return { ...row, seed };
}

export const boxRules: readonly BrokenRule[] = [
  alsoHere('an owner acts without a lease', 9),
  alsoHere('another lease is waited for by the own clock, without a margin', 34),
  alsoHere('a heartbeat is no sign of an owner', 2),
  alsoHere('a claim counts before it came back through the witness', 19),
  alsoHere('an owner that was without a lease for long keeps its role', 609),
  alsoHere('neither is the owner’s address asked for, nor the end of its bytes waited for', 241),
  alsoHere('a commit is told of before the standby has it', 1),
  alsoHere('a standby says that it has records before they are durable', 1),
  alsoHere('an owner goes on alone where its standby is slow, and does not ask it', 86),
  alsoHere('the start is not committed before the first byte', 61),
  alsoHere('completions after the fork do not count', 9),
  alsoHere('a node that starts owns the group at once', 18),
  alsoHere('a promise of the peer is kept although it is in step again', 9),
  alsoHere('a dead process is believed dead without its supervisor’s word', 45),
  {
    rule: 'R1',
    without: 'an owner that refuses to accept alone acknowledges alone',
    witness: true,
    rules: {
      R1(turn) {
        const { commits } = turn.state;
        turn.state.commits = commits.map((commit) => ({ ...commit, needsBoth: false }));
        rules.R1(turn);
      },
    },
    seed: 4,
  },
  {
    rule: 'R5',
    without: 'a standby says that it is in step before it has the records',
    witness: true,
    rules: {
      R5stepped(turn, { term, epoch }) {
        const { state } = turn;
        if (state.role !== 'standby' || !sameTerm(term, state.durable.term)) return;
        state.following = { ...state.following, epoch, inStep: true };
        send(turn, 'direct', { kind: 'stepped', term, epoch });
      },
    },
    seed: 97,
  },
  {
    rule: 'M1',
    without: 'a move begins although jobs print and commits are under way',
    witness: true,
    rules: {
      M1(turn) {
        const { drain } = turn.state;
        if (drain !== undefined) turn.state.drain = { ...drain, done: true };
        turn.state.commits = [];
        rules.M1(turn);
      },
    },
    seed: 1,
  },
];
