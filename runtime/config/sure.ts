/** What rules have made sure of: where a System is made of a draft, nothing is left to be null. */
export const sure = <Fact>(fact: Fact | null | undefined): Fact => {
  if (fact === null || fact === undefined) throw new Error("a rule of runtime/config/rules let something through");
  return fact;
};
