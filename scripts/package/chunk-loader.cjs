// Begins the single executable: `require` finds the other chunks of the program among the executable's assets, and
// evaluates each when it is first asked for. The relay is one process a call, and compiles no more than it runs.
{
  const builtIn = require
  const loaded = new Map()
  const load = (name) => {
    if (!name.startsWith('./')) return builtIn(name)
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    loaded.set(name, module)
    const source = builtIn('node:sea').getAsset(name.slice(2), 'utf8')
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname']
    const evaluate = builtIn('node:vm').compileFunction(source, parameters, { filename: name })
    // No directory holds them: what ssh2 would look for beside itself is not there.
    evaluate(module.exports, load, module, name, '/')
    return module.exports
  }
  loaded.set('./main.cjs', module)
  // biome-ignore lint/suspicious/noGlobalAssign: the parameter of this script's own function
  require = load
}
