/** Types of Structured Text as entries that a debugger shows them by (DWARF 4 §5). */
import { type BlockType, type ElementaryType, nameOf, type Type } from "../../semantics/types.ts";
import { ENCODING, TAG } from "./codes.ts";
import { Entry } from "./entries.ts";

/** Each type is described once, in the compile unit that first asks for it. */
export class TypeEntries {
  readonly #known = new Map<Type, Entry>();
  readonly #references = new Map<Type, Entry>();
  readonly #pointers = new Map<Type, Entry>();
  /** Without their names as types. */
  readonly #structs = new Map<Type, Entry>();

  /** Null: what the compiler alone knows how to read. */
  of(type: Type, unit: Entry): Entry | null {
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    switch (type.kind) {
      case "elementary":
        return this.#remember(type, unit, elementary(type));
      case "enum":
        return this.#enum(type, unit);
      case "subrange":
        return this.#remember(
          type,
          unit,
          this.#typed(new Entry(TAG.subrangeType), type.base, unit)
            .text("name", type.name)
            .number("byteSize", type.bytes)
            .signed("lowerBound", type.low)
            .signed("upperBound", type.high),
        );
      case "array":
        return this.#array(type, unit);
      case "string":
        return this.#string(type, unit);
      case "struct":
      case "port":
      case "block":
        return this.#struct(type, unit);
      case "pointer": {
        const entry = new Entry(type.flavour === "REFERENCE TO" ? TAG.referenceType : TAG.pointerType);
        this.#remember(type, unit, entry.number("byteSize", type.bytes));
        return this.#typed(entry, type.target, unit);
      }
      case "interface": {
        const entry = this.#remember(type, unit, new Entry(TAG.pointerType).number("byteSize", type.bytes));
        const instance = new Entry(TAG.structureType).text("name", type.name).flag("declaration");
        return entry.reference("type", unit.add(instance));
      }
      default:
        return null;
    }
  }

  /** The address of a variable, which debuggers follow by themselves: a VAR_IN_OUT. */
  referenceTo(type: Type, unit: Entry): Entry {
    const known = this.#references.get(type);
    if (known !== undefined) return known;
    const entry = unit.add(new Entry(TAG.referenceType).number("byteSize", 4));
    this.#references.set(type, entry);
    return this.#typed(entry, type, unit);
  }

  /** What `this` is: it leads to the struct itself, as only then gdb finds members by their bare names. */
  pointerTo(type: BlockType, unit: Entry): Entry {
    const known = this.#pointers.get(type);
    if (known !== undefined) return known;
    this.of(type, unit);
    const entry = new Entry(TAG.pointerType).number("byteSize", 4).reference("type", this.#structs.get(type)!);
    this.#pointers.set(type, entry);
    return unit.add(entry);
  }

  #remember(type: Type, unit: Entry, entry: Entry): Entry {
    this.#known.set(type, entry);
    return unit.add(entry);
  }

  /** So that debuggers know the bare name too, and not as a tag only. */
  #named(type: Extract<Type, { readonly name: string }>, unit: Entry, entry: Entry): Entry {
    unit.add(entry);
    return this.#remember(type, unit, new Entry(TAG.typedef).text("name", type.name).reference("type", entry));
  }

  #typed(entry: Entry, type: Type, unit: Entry): Entry {
    const found = this.of(type, unit);
    return found === null ? entry : entry.reference("type", found);
  }

  #enum(type: Extract<Type, { kind: "enum" }>, unit: Entry): Entry {
    const entry = new Entry(TAG.enumerationType).text("name", type.name).number("byteSize", type.bytes);
    for (const { name, value } of type.values)
      entry.add(new Entry(TAG.enumerator)).text("name", name).signed("constValue", value);
    return this.#named(type, unit, entry);
  }

  #array(type: Extract<Type, { kind: "array" }>, unit: Entry): Entry {
    const entry = this.#typed(new Entry(TAG.arrayType), type.element, unit);
    for (const { low, high } of type.dimensions)
      entry.add(new Entry(TAG.subrangeType)).signed("lowerBound", low).signed("upperBound", high);
    return this.#remember(type, unit, entry);
  }

  /** An array of characters by the name of the type. */
  #string(type: Extract<Type, { kind: "string" }>, unit: Entry): Entry {
    const character = new Entry(TAG.baseType)
      .text("name", type.wide ? "WCHAR" : "CHAR")
      .number("encoding", type.wide ? ENCODING.utf : ENCODING.character)
      .number("byteSize", type.wide ? 2 : 1);
    const characters = new Entry(TAG.arrayType).reference("type", unit.add(character));
    characters.add(new Entry(TAG.subrangeType)).signed("lowerBound", 0).signed("upperBound", type.length);
    const name = new Entry(TAG.typedef).text("name", type.name).reference("type", unit.add(characters));
    return this.#remember(type, unit, name);
  }

  #struct(type: Extract<Type, { kind: "struct" | "port" | "block" }>, unit: Entry): Entry {
    const { name, bytes, fields } = type;
    const overlaps = fields.length > 1 && fields.every(({ offset }) => offset === 0);
    const entry = new Entry(overlaps ? TAG.unionType : TAG.structureType).text("name", name).number("byteSize", bytes);
    this.#structs.set(type, entry);
    const named = this.#named(type, unit, entry);
    for (const field of fields) {
      const isReference = "variable" in field && field.variable.byReference;
      const found = isReference ? this.referenceTo(field.type, unit) : this.of(field.type, unit);
      if (found === null) continue;
      const member = entry.add(new Entry(TAG.member)).text("name", field.name).reference("type", found);
      member.number("memberLocation", field.offset);
    }
    return named;
  }
}

const elementary = (type: ElementaryType): Entry =>
  new Entry(TAG.baseType)
    .text("name", nameOf(type))
    .number("encoding", encodingOf(type))
    .number("byteSize", type.bytes);

const encodingOf = ({ family, bytes }: ElementaryType): number => {
  switch (family) {
    case "bool":
      return ENCODING.boolean;
    case "real":
      return ENCODING.float;
    case "char":
      return bytes === 1 ? ENCODING.character : ENCODING.utf;
    case "signed":
    case "time":
      return ENCODING.signed;
    case "bits":
    case "unsigned":
      return ENCODING.unsigned;
    case "date":
    case "timeOfDay":
    case "dateTime":
      return bytes === 8 ? ENCODING.signed : ENCODING.unsigned;
  }
};
