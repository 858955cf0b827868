import { Tabs as Base } from "@base-ui/react/tabs";
import { memo, type ReactNode } from "react";

export interface TabSpec<T extends string> {
  readonly value: T;
  readonly label: string;
  /** A count or a size beside the word. */
  readonly detail?: ReactNode;
  readonly keys?: string;
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly TabSpec<T>[];
  readonly onChange: (value: T) => void;
  /** At the right end of the bar. */
  readonly end?: ReactNode;
  readonly children: (value: T) => ReactNode;
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, value, tabs, onChange, end, children } = props;
  return (
    <Base.Root className="tabbed" value={value} onValueChange={(next) => onChange(next as T)}>
      <Bar label={label} tabs={tabs} end={end} />
      <Base.Panel className="tabpanel" value={value} tabIndex={-1}>
        {children(value)}
      </Base.Panel>
    </Base.Root>
  );
}

/** Not drawn again when only what a tab shows has changed. */
const Bar = memo(function Bar(props: Pick<TabsProps<string>, "label" | "tabs" | "end">) {
  const { label, tabs, end } = props;
  return (
    <div className="tabs">
      <Base.List className="tablist" aria-label={label} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} className="tab" value={tab.value}>
            {tab.label}
            {tab.detail !== undefined && <span className="n">{tab.detail}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      <span className="r">{end}</span>
    </div>
  );
});
