/** Migrations and other SQL are read as text: `import sql from "./0001.sql" with { type: "text" }`. */
declare module "*.sql" {
  const text: string;
  export default text;
}
