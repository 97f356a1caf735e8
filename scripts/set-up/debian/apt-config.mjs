// What apt is told so that it leaves the system alone.
/** The settings that keep apt's writing to itself. */
export function aptConfig({ stateDir, lists }) {
  return `${[
    `Dir::State "${stateDir}";`,
    `Dir::State::lists "${lists}";`,
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::Cache "${stateDir}";`,
    `Dir::Cache::archives "${stateDir}/archives";`,
    `Dir::Log "${stateDir}";`,
    // The account _apt could not write below a home directory; an ordinary user cannot change to it at all.
    'APT::Sandbox::User "root";',
    'Debug::NoLocking "true";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    'Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";',
    // Other programs' hooks, which would write to the system: command-not-found, packagekit, Docker's clean-up.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
  ].join('\n')}\n`
}
