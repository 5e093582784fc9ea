// A choice between views of one thing, by mouse, touch and arrow keys (WAI-ARIA radio group).
interface TabsProps<Value extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly value: Value; readonly text: string }[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

export function Tabs<Value extends string>({ label, tabs, chosen, onChoose }: TabsProps<Value>) {
  return (
    <fieldset class="tabs">
      <legend class="quiet">{label}</legend>
      {tabs.map(({ value, text }) => (
        <label key={value} class={value === chosen ? 'chosen' : ''}>
          <input
            type="radio"
            name={label}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
