import type { RateLimit } from "../../contract/event.ts";
import type { AccountLimits } from "../../contract/usage.ts";
import { counted } from "../state/actions.ts";
import { useNow } from "../state/clock.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Meter } from "../ui/bits.tsx";
import { cx } from "../ui/cx.ts";
import { Ago } from "../ui/time.tsx";
import { inkOf } from "./chart.tsx";
import { type Account, sumOf } from "./sums.ts";
import { dollars, resetWords, tokens } from "./words.ts";

export interface AccountsProps {
  readonly accounts: readonly Account[];
  readonly limits: readonly AccountLimits[];
}

/** Each account: its colour in the chart, what it used, and how near its limits it was last. */
export function Accounts({ accounts, limits }: AccountsProps) {
  const quiet = limits
    .filter(({ harnessId }) => !accounts.some((account) => account.harnessId === harnessId))
    .map(({ harnessId }): Account => ({ harnessId, sum: sumOf([]) }));
  return (
    <section className="block accounts">
      <h2>Accounts</h2>
      <ul>
        {[...accounts, ...quiet].map((account) => (
          <Row
            key={account.harnessId}
            account={account}
            ink={account.sum.runs === 0 ? null : inkOf(accounts, account.harnessId)}
            limits={limits.find(({ harnessId }) => harnessId === account.harnessId) ?? null}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly account: Account;
  readonly ink: string | null;
  readonly limits: AccountLimits | null;
}

function Row({ account: { harnessId, sum }, ink, limits }: RowProps) {
  const name = useAgentName(harnessId);
  return (
    <li>
      <div className="account">
        <i className={cx("swatch", ink)} />
        <span className="medium cut">{name}</span>
        <span className="grow" />
        <span className="num">{sum.cost === null ? "" : dollars(sum.cost)}</span>
      </div>
      <p className="small t3 num">
        {counted(sum.runs, "run")}, {tokens(sum.read + sum.written)} tokens, {tokens(sum.cached)}{" "}
        from cache
      </p>
      {limits?.limits.map((limit) => (
        <Limit key={limit.label} limit={limit} account={name} />
      ))}
      {limits !== null && (
        <p className="micro t3">
          Limits as of <Ago at={limits.at} />
        </p>
      )}
    </li>
  );
}

/** From here on a limit is worth a look before the next task. */
const near = 80;

function Limit({ limit, account }: { readonly limit: RateLimit; readonly account: string }) {
  const now = useNow(60_000);
  const used = Math.round(limit.usedPercent);
  return (
    <div className="limit">
      <span className="small">{limit.label}</span>
      <span className="small t3 num cut">{resetWords(limit, now)}</span>
      <span className={cx("small num", used >= near ? "s-blocked" : "t2")}>{used}%</span>
      <Meter percent={used} label={`${account}, ${limit.label}`} warn={used >= near} wide />
    </div>
  );
}
