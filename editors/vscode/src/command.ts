// The setting `flow.path` as a command that can be started. Pure.

/** Where a path may begin. */
export interface Places {
  /** The first folder of the workspace. */
  folder: string | undefined;
  /** The user's own folder. */
  home: string | undefined;
}

/** `flow`, `~/bin/flow`, `${workspaceFolder}/target/release/flow`; an empty setting is the command by its name. */
export function command(setting: string, { folder, home }: Places): string {
  const path = setting.trim();
  if (path === "") return "flow";
  const at = home === undefined ? path : path.replace(/^~(?=[/\\]|$)/, () => home);
  return folder === undefined ? at : at.replaceAll("${workspaceFolder}", () => folder);
}
