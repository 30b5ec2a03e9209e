/** Made at build time by `www/formulas.ts`. */
declare module "virtual:formulas" {
  /** MathML of each formula in the catalogue, by its TeX. */
  const formulas: Readonly<Record<string, string>>;
  export default formulas;
}

/** The styles that they refer to. */
declare module "virtual:formulas.css";
